package dev.proa.node.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Capabilities of {@code capabilities(7)}; the ordinal is the kernel's number. */
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    /** The default capabilities of containers, as in containerd and Docker. */
    public static final Set<Capability> CONTAINER_DEFAULT = Set.of(
            CHOWN,
            DAC_OVERRIDE,
            FSETID,
            FOWNER,
            MKNOD,
            NET_RAW,
            SETGID,
            SETUID,
            SETFCAP,
            SETPCAP,
            NET_BIND_SERVICE,
            SYS_CHROOT,
            KILL,
            AUDIT_WRITE);

    /** By its name, with or without {@code CAP_}, in any case. */
    public static Optional<Capability> named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String bare = upper.startsWith("CAP_") ? upper.substring(4) : upper;
        for (Capability capability : values()) {
            if (capability.name().equals(bare)) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }

    /** The bit mask that {@code capset} and {@code /proc/PID/status} use. */
    public static long mask(Set<Capability> capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= 1L << capability.ordinal();
        }
        return mask;
    }

    /** The effective capabilities of this process; containers can be given no others. */
    public static Set<Capability> own() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapEff:")) {
                long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                Set<Capability> own = EnumSet.noneOf(Capability.class);
                for (Capability capability : values()) {
                    if ((mask >>> capability.ordinal() & 1) != 0) {
                        own.add(capability);
                    }
                }
                return own;
            }
        }
        throw new IOException("/proc/self/status has no line CapEff");
    }

    /** The highest capability number the running kernel knows. */
    public static int last() throws IOException {
        // Such a file returns its text to the first read only, and Files.readString starts by reading a single byte.
        return Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/kernel/cap_last_cap"))
                .getFirst()
                .strip());
    }
}
