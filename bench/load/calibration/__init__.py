"""What `bench calibrate` lets the generator run, in a folder that a scenario may import from."""
