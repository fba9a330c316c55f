"""Speed against floors and peers in the same run: `make bench` (`python -m benchmarks [NAME…]`)."""
