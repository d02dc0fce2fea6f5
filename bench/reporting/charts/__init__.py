"""Charts: the data of figures, drawn with Altair; one definition for the web and for print."""
