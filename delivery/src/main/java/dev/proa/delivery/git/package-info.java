/**
 * Git repositories of a cluster: bare repositories on its disk (JGit), served by HTTPS and SSH to the cluster's users, as far as RBAC lets them.
 *
 * <p>A repository is an object {@code Repository} of {@code git.proa.dev/v1alpha1}. Who may {@code get} it may fetch, who may {@code update} it may
 * push; a push to a repository that does not exist makes it for whom may {@code create} it.
 */
@NullMarked
package dev.proa.delivery.git;

import org.jspecify.annotations.NullMarked;
