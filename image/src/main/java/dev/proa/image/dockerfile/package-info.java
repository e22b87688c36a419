/**
 * The syntax of Dockerfiles and of {@code .dockerignore}: text to values, without reading any file.
 *
 * <p>The grammar, the rules of quoting and expansion, and the messages' substance are those of BuildKit's Dockerfile
 * frontend, its stable syntax 1.x with {@code COPY --parents} and {@code --exclude}. Patterns of ignore files match as
 * in {@code moby/patternmatcher}. Everything here is a pure function that takes time linear in its input.
 */
@NullMarked
package dev.proa.image.dockerfile;

import org.jspecify.annotations.NullMarked;
