/**
 * {@code .gitlab-ci.yml} as a pure value: read with problems at their places ({@link dev.proa.delivery.gitlab.GitlabFile}), and run as {@link
 * dev.proa.delivery.pipeline.RunState}. No I/O. The specification is GitLab's "CI/CD YAML syntax reference".
 */
@NullMarked
package dev.proa.delivery.gitlab;

import org.jspecify.annotations.NullMarked;
