"""numbers and statuses -> what should stand, vendor-neutral."""
