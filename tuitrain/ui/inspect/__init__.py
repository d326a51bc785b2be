"""Pages that open over the rooms and show the inside of learning, on copies of the network."""
