"""The vendors, declared: what they need, what their codes mean, and how to talk to them."""
