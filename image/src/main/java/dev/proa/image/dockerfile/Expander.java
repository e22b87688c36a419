package dev.proa.image.dockerfile;

import java.util.List;

/** Replaces variables and quotes, in the ways in which instructions need it. {@link Words} makes expanders. */
public interface Expander {
    /** Expands a word; spaces in it or in values stay, quotes are removed. */
    String word(String word);

    /** Expands a word and splits what results at spaces that are not quoted. */
    List<String> words(String word);

    /** Expands variables in the content of a heredoc; quotes stay. */
    String content(String content);
}
