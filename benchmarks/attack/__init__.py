"""What a careless client and an attacker do to the service, repeated: `make attack`."""
