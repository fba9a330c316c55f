"""The course as web pages that need no server, no network and no kernel: `make html`."""
