package dev.proa.node.linux;

/** The system calls Proa makes, with their numbers: {@code asm/unistd_64.h} and {@code asm-generic/unistd.h}. */
public enum SystemCall {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    IOCTL(16, 29),
    CLONE(56, 220),
    CLONE3(435, 435),
    EXECVE(59, 221),
    EXIT_GROUP(231, 94),
    WAIT4(61, 260),
    GETPID(39, 172),
    KILL(62, 129),
    FCNTL(72, 25),
    FLOCK(73, 32),
    LSEEK(8, 62),
    FSYNC(74, 82),
    CHDIR(80, 49),
    FCHMODAT(268, 53),
    FCHOWNAT(260, 54),
    UMASK(95, 166),
    SOCKET(41, 198),
    BIND(49, 200),
    CONNECT(42, 203),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    GETSOCKNAME(51, 204),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    SHUTDOWN(48, 210),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    CAPSET(126, 91),
    CAPGET(125, 90),
    PIVOT_ROOT(155, 41),
    PRCTL(157, 167),
    SETHOSTNAME(170, 161),
    SETSID(112, 157),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    LSETXATTR(189, 6),
    LGETXATTR(192, 9),
    LLISTXATTR(195, 12),
    RT_SIGPROCMASK(14, 135),
    RT_SIGACTION(13, 134),
    CLOCK_GETTIME(228, 113),
    EPOLL_CTL(233, 21),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    SYMLINKAT(266, 36),
    PPOLL(271, 73),
    UNSHARE(272, 97),
    SETNS(308, 268),
    EPOLL_PWAIT(281, 22),
    EPOLL_CREATE1(291, 20),
    EVENTFD2(290, 19),
    DUP3(292, 24),
    PIPE2(293, 59),
    RENAMEAT2(316, 276),
    MEMFD_CREATE(319, 279),
    PRLIMIT64(302, 261),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    PIDFD_OPEN(434, 434),
    CLOSE_RANGE(436, 436),
    PIDFD_GETFD(438, 438),
    MOUNT_SETATTR(442, 442),
    OPENAT2(437, 437),
    UNLINKAT(263, 35),
    LINKAT(265, 37),
    READLINKAT(267, 78),
    GETDENTS64(217, 61),
    GETCWD(79, 17),
    FCHDIR(81, 50),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    NEWFSTATAT(262, 79),
    STATX(332, 291),
    FSTATFS(138, 44),
    STATFS(137, 43),
    LISTEN(50, 201),
    ACCEPT4(288, 242),
    KEYCTL(250, 219),
    SECCOMP(317, 277),
    PTRACE(101, 117),
    GETPPID(110, 173),
    GETUID(102, 174);

    private final short x86;
    private final short arm;

    SystemCall(int x86, int arm) {
        this.x86 = (short) x86;
        this.arm = (short) arm;
    }

    /** The number on this machine's processor. */
    public long number() {
        return number(Architecture.current());
    }

    /** The number on {@code architecture}. */
    public long number(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /** The name of a system call of this machine by its number; the number itself when it is not listed here. */
    public static String spelling(long number) {
        for (SystemCall call : values()) {
            if (call.number() == number) {
                return call.spelling();
            }
        }
        return Long.toString(number);
    }

    /** Its name: {@code epoll_create1}. */
    public String spelling() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
