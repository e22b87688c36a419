package dev.proa.node.sandbox.mount;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import dev.proa.node.linux.LayeredMount;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens what a container mounts from the host, before its shim starts: each source is a detached mount with all
 * attributes set, which the shim inherits and only has to attach. A path is resolved once, by the call that opens it,
 * and what was opened is what is mounted, so replacing names before or after gains an attacker nothing.
 *
 * <p>Close this once the shim has started. Mounts that were not attached then vanish.
 */
public final class MountSources implements AutoCloseable {
    /** In the shim, the descriptor of the first mount; those of the others follow. */
    public static final int FIRST_DESCRIPTOR = 64;
    /** Each mount takes a descriptor of this process, which all pods share. */
    private static final int MOST = 1000;

    /**
     * A mount source.
     *
     * @param name for messages
     * @param directory whether it is one
     * @param target absolute, in the container
     * @param descriptor in the shim
     */
    public record Source(String name, boolean directory, String target, int descriptor) {}

    private final List<Source> sources = new ArrayList<>();
    /** Descriptors of this process by their numbers in the shim. */
    private final Map<Integer, Integer> mounts = new HashMap<>();

    private final int userNamespace;
    private final Path scratch;

    private MountSources(int userNamespace, Path scratch) {
        this.userNamespace = userNamespace;
        this.scratch = scratch;
    }

    /**
     * Opens what a container mounts from the host.
     *
     * @param userNamespace file of the user namespace that file owners are mapped to (idmapped mounts), or null
     * @param scratch an empty directory, which stays empty
     * @throws RuntimeFailure when one cannot be opened; nothing stays open then
     */
    public static MountSources open(List<MountSteps.Bind> binds, @Nullable Path userNamespace, Path scratch)
            throws ErrnoException {
        if (binds.size() > MOST) {
            throw new RuntimeFailure(
                    Reason.INVALID_ARGUMENT, binds.size() + " mounts are more than a container may have: " + MOST);
        }
        MountSources opened = new MountSources(
                userNamespace == null ? -1 : Descriptors.open(userNamespace, Descriptors.O_RDONLY), scratch);
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
            int mount = mount(bind);
            int number = FIRST_DESCRIPTOR + sources.size();
            mounts.put(number, mount);
            sources.add(new Source(name, FileStatus.of(mount).isDirectory(), bind.target(), number));
        } catch (ErrnoException e) {
            throw failure(name, bind, e.explanation(), e);
        } catch (IOException e) {
            throw failure(name, bind, String.valueOf(e.getMessage()), e);
        }
    }

    private static RuntimeFailure failure(String name, MountSteps.Bind bind, String why, IOException cause) {
        return new RuntimeFailure(
                Reason.INVALID_ARGUMENT, "failed to mount " + name + " on " + bind.target() + ": " + why, cause);
    }

    private int mount(MountSteps.Bind bind) throws IOException {
        if (!bind.layers().isEmpty()) {
            return LayeredMount.open(bind.layers(), bind.beneath(), scratch, userNamespace);
        }
        int file = open(bind);
        try {
            return Mounts.copy(
                    file,
                    bind.readOnly(),
                    bind.devices(),
                    bind.propagate() ? Mounts.MS_SLAVE : Mounts.MS_PRIVATE,
                    userNamespace);
        } finally {
            Descriptors.close(file);
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

    /** The sources, in the order in which they are attached. */
    public List<Source> sources() {
        return List.copyOf(sources);
    }

    /** Adds {@code /proc} of a shared process id namespace. */
    public void addProc(Path source) throws ErrnoException {
        add(source, KernelMountSteps.PROC, -1);
    }

    /**
     * Adds the layers of an image, mapped to the container's user namespace.
     *
     * @return the number of the first in the shim; those of the others follow
     */
    public int addLayers(List<Path> layers) throws ErrnoException {
        int first = FIRST_DESCRIPTOR + sources.size();
        for (int i = 0; i < layers.size(); i++) {
            add(layers.get(i), first + i, userNamespace);
        }
        return first;
    }

    private void add(Path source, int number, int users) throws ErrnoException {
        int file = Directory.openTrustedFile(source);
        try {
            mounts.put(number, Mounts.copy(file, Mounts.ReadOnly.NO, false, Mounts.MS_PRIVATE, users));
        } finally {
            Descriptors.close(file);
        }
    }

    /** One more than the last descriptor that the shim gets. */
    public int end() {
        return 1 + mounts.keySet().stream().reduce(FIRST_DESCRIPTOR - 1, Math::max);
    }

    /** The descriptors of this process by their numbers in the shim. */
    public Map<Integer, Integer> descriptors() {
        return Map.copyOf(mounts);
    }

    @Override
    public void close() {
        mounts.values().forEach(Descriptors::close);
        mounts.clear();
        Descriptors.close(userNamespace);
    }
}
