"""Services out of the templates, judged as their users would."""
