"""One record of thirty fields, validated in different ways."""
