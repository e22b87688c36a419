package dev.proa.node.cri;

/** Which streams a client of exec or attach wants. With a terminal, standard error is part of standard output. */
public record StreamOptions(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}
