"""How much work is worth handing over."""
