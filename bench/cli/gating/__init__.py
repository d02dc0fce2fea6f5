"""The stages of `bench gate`, wired together."""
