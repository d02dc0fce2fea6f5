"""The data of figures: from the trials of runs to the rows that are drawn."""
