"""An account of Marketo: what it has, what it lacks, and how that is made."""
