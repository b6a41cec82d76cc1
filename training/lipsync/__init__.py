"""Speech to mouth motion: corpus, training, evaluation and export of the net in `src/motion/engine`."""
