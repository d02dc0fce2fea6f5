"""One trial from start to end: target, driver, answers, ladder."""
