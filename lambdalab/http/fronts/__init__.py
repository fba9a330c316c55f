"""Addresses that browsers call: function URLs, HTTP APIs and REST APIs, each on a port of its own."""
