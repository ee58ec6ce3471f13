"""What Kaltura's services answer -> rows as the inbox keeps them; talks and tables, no database."""
