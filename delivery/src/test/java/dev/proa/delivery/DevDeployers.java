package dev.proa.delivery;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes deployers whose builds a test decides on. */
public final class DevDeployers {
    private final AtomicInteger builds = new AtomicInteger();
    private volatile String version = "1";
    private volatile String failure = "";
    private volatile Build build = () -> version;

    /** Does what a build does meanwhile, and says what it has built. */
    public interface Build {
        String version() throws InterruptedException, IOException;
    }

    /** Has later builds do this. */
    public void as(Build other) {
        build = other;
    }

    /** How many builds there were. */
    public int count() {
        return builds.get();
    }

    /** Has later builds give another image. */
    public void next(String other) {
        failure = "";
        version = other;
    }

    /** Has later builds fail. */
    public void fail(String message) {
        failure = message;
    }

    /** A deployer to an API. */
    public Deployer deployer(Client client) {
        return new Deployer(
                client,
                (namespace, pod, container, lines) -> "",
                () -> () -> {},
                (what, events) -> {
                    builds.incrementAndGet();
                    if (!failure.isEmpty()) {
                        throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, failure);
                    }
                    try {
                        return FakeImages.built(what.image(), build.version());
                    } catch (InterruptedException | IOException e) {
                        throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "the build was ended: " + e);
                    }
                },
                Target.local(""),
                Clock.system(),
                new Progress() {
                    @Override
                    public void step(String message) {}

                    @Override
                    public void detail(String message) {}
                },
                Changes.looking(Clock.system(), Duration.ofMillis(10)));
    }
}
