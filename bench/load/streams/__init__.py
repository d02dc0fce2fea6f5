"""Streams: WebSocket and server-sent events, thousands of them, held open by hub callbacks."""
