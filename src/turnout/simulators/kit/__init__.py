"""What every simulator is made of: routes, faults, the control door."""
