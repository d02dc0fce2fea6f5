"""Who may have how many threads, where a handler hands its work to one."""
