package dev.proa.delivery.git;

/**
 * What one request may cost.
 *
 * @param packBytes of what is pushed at a time
 * @param objectBytes of one object
 * @param requests at a time, over all users; of which one user has at most half when others wait
 */
public record GitLimits(long packBytes, long objectBytes, int requests) {
    /** 1 GiB at a time, 256 MiB an object, 32 requests. */
    public static final GitLimits USUAL = new GitLimits(1L << 30, 256L << 20, 32);
}
