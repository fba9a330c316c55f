"""What makes the course's notebooks: workbooks from solutions, navigation, execution, variants, and the gates they
must pass."""
