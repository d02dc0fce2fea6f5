"""The reference run's verdicts, put into the pages that tell of them."""
