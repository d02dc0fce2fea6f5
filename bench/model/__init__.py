"""The frozen records that flow through the harness: experiment, plan, record, finding."""
