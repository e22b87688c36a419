package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import dev.proa.node.linux.Mounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What of the host appears in a container, opened before the container's shim starts: each as a detached mount with all its
 * attributes set, which the shim inherits and only has to attach. A path is resolved once, by the call that opens it, and what was
 * opened is what is mounted, so nothing is gained by exchanging names, before or after.
 *
 * <p>To be closed once the shim has started. A mount that was not attached then vanishes.
 */
final class MountSources implements AutoCloseable {
    /** In the shim, the descriptor of the first mount; those of the others follow. */
    static final int FIRST_DESCRIPTOR = 64;
    /** Each takes a descriptor of this process, and they are for all pods. */
    private static final int MOST = 1000;

    /**
     * One of them.
     *
     * @param name for messages
     * @param directory whether it is one
     * @param target absolute, in the container
     * @param descriptor in the shim
     */
    record Source(String name, boolean directory, String target, int descriptor) {}

    private final List<Source> sources = new ArrayList<>();
    private final List<Integer> mounts = new ArrayList<>();

    private MountSources() {}

    /** @throws RuntimeFailure when one cannot be opened; nothing stays open then */
    static MountSources open(List<MountSteps.Bind> binds) {
        if (binds.size() > MOST) {
            throw new RuntimeFailure(
                    Reason.INVALID_ARGUMENT, binds.size() + " mounts are more than a container may have: " + MOST);
        }
        MountSources opened = new MountSources();
        try {
            binds.stream()
                    .sorted(Comparator.comparingInt(
                            bind -> Path.of(bind.target()).getNameCount()))
                    .forEach(opened::add);
            return opened;
        } catch (RuntimeFailure e) {
            opened.close();
            throw e;
        }
    }

    private void add(MountSteps.Bind bind) {
        String name = bind.beneath().isEmpty() ? bind.source().toString() : bind.source() + "/" + bind.beneath();
        try {
            int file = open(bind);
            try {
                boolean directory = FileStatus.of(file).isDirectory();
                mounts.add(Mounts.copy(
                        file, bind.readOnly(), bind.devices(), bind.propagate() ? Mounts.MS_SLAVE : Mounts.MS_PRIVATE));
                sources.add(new Source(name, directory, bind.target(), FIRST_DESCRIPTOR + sources.size()));
            } finally {
                Descriptors.close(file);
            }
        } catch (ErrnoException e) {
            throw new RuntimeFailure(
                    Reason.INVALID_ARGUMENT,
                    "failed to mount " + name + " on " + bind.target() + ": " + e.explanation(),
                    e);
        }
    }

    private static int open(MountSteps.Bind bind) throws ErrnoException {
        int root = Directory.openTrustedFile(bind.source());
        if (bind.beneath().isEmpty()) {
            return root;
        }
        try {
            return Directory.openBeneath(root, bind.beneath());
        } finally {
            Descriptors.close(root);
        }
    }

    /** In the order in which they are to be attached. */
    List<Source> sources() {
        return List.copyOf(sources);
    }

    /** The descriptors of this process by the numbers that they are to have in the shim. */
    Map<Integer, Integer> descriptors() {
        Map<Integer, Integer> descriptors = new HashMap<>();
        for (int i = 0; i < mounts.size(); i++) {
            descriptors.put(FIRST_DESCRIPTOR + i, mounts.get(i));
        }
        return descriptors;
    }

    @Override
    public void close() {
        mounts.forEach(Descriptors::close);
        mounts.clear();
    }
}
