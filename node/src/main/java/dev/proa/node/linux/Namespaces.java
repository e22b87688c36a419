package dev.proa.node.linux;

import dev.proa.node.usage.InterfaceUsage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Linux namespaces, named by files: {@code /proc/PID/ns/net} or a file one was bound to, as {@code ip netns} does.
 *
 * <p>Namespaces are per thread. Every method that enters one does so on a new platform thread that ends with the call,
 * so no other thread is affected.
 */
public final class Namespaces {
    /** A kind of namespace that threads of a JVM can enter or make. */
    public enum Kind {
        NETWORK("net", 0x40000000),
        IPC("ipc", 0x08000000),
        UTS("uts", 0x04000000),
        CGROUP("cgroup", 0x02000000),
        PID("pid", 0x20000000),
        /** Only single-threaded processes can enter one, so no thread of this JVM can. */
        USER("user", 0x10000000),
        MOUNT("mnt", 0x00020000);

        private final String file;
        private final int flag;

        Kind(String file, int flag) {
            this.file = file;
            this.flag = flag;
        }

        /** Its name under {@code /proc/PID/ns}. */
        public String file() {
            return file;
        }

        /** Its flag for {@code clone}, {@code unshare} and {@code setns}. */
        public int flag() {
            return flag;
        }
    }

    /** Unshares a thread's root and working directory, which entering a mount namespace requires. */
    static final int CLONE_FS = 0x200;

    private Namespaces() {}

    /**
     * Calls {@code action} in the network namespace that {@code namespace} names. Sockets that it opens belong to that
     * namespace for good. The calling thread waits. The action must not start threads, not even virtual ones: a new
     * thread inherits the namespace, and a virtual one may make the scheduler start a carrier.
     *
     * @throws IOException when there is no such namespace, or as thrown by {@code action}
     */
    public static <T> T callIn(Path namespace, Callable<T> action) throws IOException {
        return callIn(Kind.NETWORK, namespace, action);
    }

    /** What the interfaces of a network namespace have carried, without its loopback interface. */
    public static List<InterfaceUsage> interfaces(Path namespace) throws IOException {
        return callIn(namespace, () -> InterfaceUsage.parse(Files.readAllLines(Path.of("/proc/thread-self/net/dev"))));
    }

    /** As {@link #callIn(Path, Callable)}, for a namespace of this kind. */
    public static <T> T callIn(Kind kind, Path namespace, Callable<T> action) throws IOException {
        return onOwnThread("in-" + kind.file(), () -> {
            int descriptor = Descriptors.open(namespace, Descriptors.O_RDONLY);
            try {
                if (kind == Kind.MOUNT) {
                    Kernel.call("", SystemCall.UNSHARE, CLONE_FS);
                }
                Kernel.call(namespace.toString(), SystemCall.SETNS, descriptor, kind.flag());
            } finally {
                Descriptors.close(descriptor);
            }
            return action.call();
        });
    }

    /**
     * Makes new namespaces and calls {@code action} in them, on one thread. They vanish when it returns unless {@link
     * #bind} or a process started there keeps them.
     */
    public static <T> T callInNew(Callable<T> action, Kind... kinds) throws IOException {
        return onOwnThread("in-new-namespace", () -> {
            long flags = 0;
            for (Kind kind : kinds) {
                flags |= kind.flag();
            }
            Kernel.call("", SystemCall.UNSHARE, flags);
            return action.call();
        });
    }

    /**
     * Creates a namespace that is bound to {@code file} until {@link #release}.
     *
     * @param file is created when missing
     */
    public static void create(Kind kind, Path file) throws IOException {
        callInNew(
                () -> {
                    bind(kind, file);
                    return file;
                },
                kind);
    }

    /** Makes a namespace and keeps it at {@code file}, with the directories that lead there, unless it is there. */
    public static void ensure(Kind kind, Path file) throws IOException {
        if (!isBound(file)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            create(kind, file);
        }
    }

    /**
     * Binds the calling thread's namespace to {@code file}. Only for threads of {@link #callIn} and {@link #callInNew}.
     */
    public static void bind(Kind kind, Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        // "thread-self" refers to the kernel thread, so this works on any platform thread.
        Mounts.bind(Path.of("/proc/thread-self/ns/" + kind.file()), file);
    }

    /** Undoes {@link #bind} and deletes the file. Idempotent. */
    public static void release(Path file) throws IOException {
        Mounts.unmountAll(file);
        Files.deleteIfExists(file);
    }

    /** Whether {@code file} is bound to a namespace at this moment; false after a reboot. */
    public static boolean isBound(Path file) {
        try {
            long device = (Long) Files.getAttribute(file, "unix:dev");
            return device == (Long) Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:dev");
        } catch (IOException e) {
            return false;
        }
    }

    /** Sets the host name of the calling thread's UTS namespace. Only for threads of {@link #callInNew}. */
    public static void setHostname(String name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int length = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            Kernel.call(name, SystemCall.SETHOSTNAME, Kernel.text(arena, name), length);
        }
    }

    /**
     * Calls {@code action} on a new platform thread and waits for it. The waiting thread is woken through a monitor: of a virtual
     * thread the JVM's own thread does that, whereas by a lock or a future it would be the new thread, which may have to start
     * a carrier for it, and that carrier would stay in the namespaces, the directory and the umask of the new thread.
     */
    static <T> T onOwnThread(String name, Callable<T> action) throws IOException {
        FutureTask<T> task = new FutureTask<>(action);
        Object end = new Object();
        Thread.ofPlatform().daemon().name(name).start(() -> {
            task.run();
            synchronized (end) {
                end.notifyAll();
            }
        });
        if (awaitEnd(task, end)) {
            Thread.currentThread().interrupt();
        }
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a task that has ended is not waited for", e);
        } catch (ExecutionException e) {
            throw rethrow(e.getCause());
        }
    }

    /** Waits to the end in any case, since the action is short and must not be left half-done. Returns whether it was interrupted. */
    private static boolean awaitEnd(FutureTask<?> task, Object end) {
        boolean interrupted = false;
        synchronized (end) {
            while (!task.isDone()) {
                try {
                    end.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        return interrupted;
    }

    private static IOException rethrow(@Nullable Throwable cause) {
        return switch (cause) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> new IOException(cause);
        };
    }
}
