/**
 * Foreign software, unmodified, on Proa's API server: the definitions of well-known operators, and the client libraries of other
 * languages and projects. It comes from the registries of Go modules, Python packages, crates and Maven artifacts, so these tests
 * run only with the profile {@code extensions}. The programs are in
 * {@code src/test/clients}, the tests with client libraries of Java in {@code src/extensions}.
 */
@NullMarked
package dev.proa.e2e.extensions;

import org.jspecify.annotations.NullMarked;
