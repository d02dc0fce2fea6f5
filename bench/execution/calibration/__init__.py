"""What measures the generator itself: a target that costs next to nothing, and who shares cores."""
