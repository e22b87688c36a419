package dev.proa.delivery.dev;

import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.TransportException;
import dev.proa.image.server.StaticServer;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Copies changed files into running containers by their {@code tar}, and deletes those that are gone by {@code rm}. All that was
 * changed since the last deployment is copied into containers that start later. Thread-safe.
 */
final class ContainerSync {
    private static final int MOST_BYTES = 64 << 20;

    private final Path project;
    private final PodAccess access;
    /** The files that differ from the image, by their path in the container. */
    private final Map<String, String> changed = new TreeMap<>();
    /** The containers that have all of it. */
    private final Set<String> fresh = new HashSet<>();

    private volatile int count;
    private SyncPlan.Kind kind = SyncPlan.Kind.REPLACE;

    /** A container could not be written to; the message says why. */
    static final class NotPossible extends Exception {
        private static final long serialVersionUID = 1;

        NotPossible(String message) {
            super(message);
        }
    }

    ContainerSync(Path project, PodAccess access) {
        this.project = project;
        this.access = access;
    }

    /** The number of files that differ from the image. */
    int count() {
        return count; // without the lock, which is held while files are copied
    }

    /** The image has all changes. */
    synchronized void deployed() {
        changed.clear();
        fresh.clear();
        count = 0;
    }

    /**
     * Copies files into the containers of pods.
     *
     * @return the number of containers
     * @throws NotPossible when one has no tar, or may not be written to
     */
    synchronized int copy(SyncPlan plan, Set<String> paths, List<Pod> pods) throws InterruptedException, NotPossible {
        Map<String, String> now = new TreeMap<>();
        kind = plan.kind();
        for (String path : paths) {
            plan.rules().stream().filter(rule -> rule.matches(path)).forEach(rule -> now.put(rule.target(path), path));
        }
        boolean first = changed.isEmpty();
        changed.putAll(now);
        count = changed.size();
        Set<String> before = Set.copyOf(fresh);
        fresh.clear();
        int containers = 0;
        for (Pod pod : pods) {
            for (ContainerStatus status : running(pod)) {
                // One that has just started may lack earlier changes.
                write(pod, status, first || before.contains(status.containerID()) ? now : changed);
                containers++;
            }
        }
        return containers;
    }

    /** Brings a pod that has started a container up to date. */
    synchronized void started(Pod pod) throws InterruptedException, NotPossible {
        for (ContainerStatus status : running(pod)) {
            if (!changed.isEmpty() && !fresh.contains(status.containerID())) {
                write(pod, status, changed);
            }
        }
    }

    private static List<ContainerStatus> running(Pod pod) {
        List<ContainerStatus> statuses = pod.status().containerStatuses();
        return statuses.stream()
                .filter(status ->
                        status.state().hasRunning() && !status.containerID().isEmpty())
                .limit(1) // the application's own
                .toList();
    }

    private void write(Pod pod, ContainerStatus status, Map<String, String> files)
            throws InterruptedException, NotPossible {
        List<String> gone = new ArrayList<>();
        byte[] archive = archive(files, gone);
        try {
            if (files.size() > gone.size() || kind == SyncPlan.Kind.BESIDE) {
                check(pod, run(pod, status, List.of("tar", "-xmf", "-", "-C", "/"), archive));
            }
            if (!gone.isEmpty()) {
                List<String> command = new ArrayList<>(List.of("rm", "-rf", "--"));
                command.addAll(gone);
                check(pod, run(pod, status, command, new byte[0]));
            }
            fresh.add(status.containerID());
        } catch (StatusException | TransportException e) {
            throw new NotPossible(pod.name() + " cannot be reached: " + e.getMessage());
        }
    }

    private PodAccess.Result run(Pod pod, ContainerStatus status, List<String> command, byte[] input)
            throws InterruptedException {
        return access.exec(pod.namespace(), pod.name(), status.name(), command, input);
    }

    private static void check(Pod pod, PodAccess.Result result) throws NotPossible {
        if (result.exit() != 0) {
            throw new NotPossible("files cannot be copied into " + pod.name() + ": "
                    + result.output().strip().lines().findFirst().orElse("exit code " + result.exit()));
        }
    }

    private byte[] archive(Map<String, String> files, List<String> gone) throws NotPossible {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SourceFolder folder = SourceFolder.open(project);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, String> file : files.entrySet()) {
                boolean there = folder.kind(file.getValue()) == Kind.FILE;
                if (kind == SyncPlan.Kind.BESIDE) {
                    add(tar, file.getKey() + StaticServer.DELETED, there ? new byte[0] : new byte[] {'1'});
                } else if (!there) {
                    gone.add(file.getKey());
                }
                if (there) {
                    add(tar, file.getKey(), folder.read(file.getValue()));
                }
                if (bytes.size() > MOST_BYTES) {
                    throw new NotPossible("the changed files have more than " + (MOST_BYTES >> 20) + " MiB");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String path, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(path.substring(1));
        entry.setSize(content.length);
        entry.setMode(0644);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }
}
