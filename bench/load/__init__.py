"""The Locust side: imported only inside the generator's own process (gevent)."""
