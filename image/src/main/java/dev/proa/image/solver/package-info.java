/**
 * Builds images by Dockerfiles.
 *
 * <pre>
 * Dockerfile ── StageGraph ──► the stages that the target needs, each on a thread of its own
 *                                 │
 *                                 ▼
 *                             StageBuild: one instruction after the other
 *                                 │ key: of the layers below, the instruction, and the content it takes
 *                                 ▼
 *                             StepCache ──(no such key)──► CopyFiles, or BuildSandbox.run
 *                                 │ directory of a layer         │ upper directory of an overlay mount
 *                                 ▼                              ▼
 *                             layers of the target ── DirectoryLayer ──► ImageStore
 * </pre>
 *
 * Layers are directories as long as only later steps need them, and become archives once an image has them. What needs rights
 * of root, mounts and processes in namespaces, is a {@link dev.proa.image.solver.BuildSandbox}, which the caller brings along.
 */
@NullMarked
package dev.proa.image.solver;

import org.jspecify.annotations.NullMarked;
