"""How each page's question is answered: generators of answers, on a copy of the training."""
