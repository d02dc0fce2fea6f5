"""Banks of recorded duet trials, and what the gate's rule makes of gates drawn from them."""
