"""The one corridor that joins the rooms."""
