"""What carries requests: threads, and the network itself."""
