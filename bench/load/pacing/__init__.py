"""When users send: closed model, open model, bystanders."""
