/**
 * The syntax of Dockerfiles and of {@code .dockerignore}: text to values, without reading any file.
 *
 * <p>The grammar, the rules of quoting and expansion, and the messages' substance are those of BuildKit's Dockerfile
 * frontend, its stable syntax 1.x with {@code COPY --parents} and {@code --exclude}. Patterns of ignore files match as
 * in {@code moby/patternmatcher}. Everything here is a pure function that takes time linear in its input.
 *
 * <p>Where it differs, by intent:
 *
 * <ul>
 *   <li>A word split after expansion ({@code EXPOSE 80${X:-80}}) keeps what comes before an operator; BuildKit loses it.
 *   <li>Flags may have letters that are not ASCII; BuildKit takes them apart into bytes.
 *   <li>A malformed pattern is an error of its line at once, not only when it comes to be matched.
 *   <li>An instruction with bytes that are not UTF-8 is an error, {@code MAINTAINER} excepted.
 *   <li>Variables, substitutions in one another, patterns and files have limits: {@link
 *       dev.proa.image.dockerfile.Words}, {@link dev.proa.image.dockerfile.Scope}, {@link
 *       dev.proa.image.dockerfile.Dockerfile}.
 * </ul>
 */
@NullMarked
package dev.proa.image.dockerfile;

import org.jspecify.annotations.NullMarked;
