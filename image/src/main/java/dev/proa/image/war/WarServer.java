package dev.proa.image.war;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardWrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.scan.StandardJarScanner;
import org.jspecify.annotations.Nullable;

/**
 * Serves an unpacked war by Tomcat, at the root path, on {@code PORT} (8080), without an access log. It listens once the
 * application has started, and exits with 1 if it does not start. On SIGTERM it takes no more connections, completes
 * requests in progress, for 20 seconds at most, and stops the application.
 *
 * <p>A single class without nested ones, because its class file is copied into images. It uses only methods that Tomcat
 * 9, 10 and 11 have, whether their servlets are those of {@code javax} or of {@code jakarta}.
 */
public final class WarServer {
    private static final int USUAL_PORT = 8080;
    private static final int HIGHEST_PORT = 65_535;
    private static final long LONGEST_REQUEST_NANOS = 20_000_000_000L;
    private static final long PAUSE_NANOS = 20_000_000L;

    private final Tomcat tomcat = new Tomcat();
    private final StandardContext context;

    /**
     * Prepares a server.
     *
     * @param application the directory of the unpacked war
     * @param work an empty directory for compiled pages and uploads
     * @param port 0 takes a free one
     */
    public WarServer(Path application, Path work, int port) {
        tomcat.setBaseDir(work.toString());
        tomcat.setPort(port);
        tomcat.enableNaming();
        // Otherwise connections would be taken, and wait, before the application can answer.
        tomcat.getConnector().setProperty("bindOnInit", "false");
        tomcat.getHost().getPipeline().addValve(errorPages());
        context = (StandardContext)
                tomcat.addWebapp("", application.toAbsolutePath().toString());
        // The libraries of the server have neither tags nor fragments.
        ((StandardJarScanner) context.getJarScanner()).setScanClassPath(false);
        forgetNothing(context);
    }

    /** Pages that tell clients neither the version of the server nor where it failed; that is in the log. */
    private static ErrorReportValve errorPages() {
        ErrorReportValve valve = new ErrorReportValve();
        valve.setShowServerInfo(false);
        valve.setShowReport(false);
        return valve;
    }

    /** Leaves out what makes it possible to load another version of an application: here the process ends with it. */
    private static void forgetNothing(StandardContext context) {
        context.setClearReferencesRmiTargets(false);
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesHttpClientKeepAliveThread(false);
    }

    /**
     * Starts the application, and then to listen.
     *
     * @return whether the application has started; if not, the reason was logged
     */
    public boolean start() throws LifecycleException {
        tomcat.start();
        return context.getState().isAvailable()
                && tomcat.getConnector().getState().isAvailable();
    }

    /** The port being listened on. */
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /** Completes requests in progress and stops. */
    public void stop() throws LifecycleException {
        Connector connector = tomcat.getConnector();
        connector.pause();
        connector.getProtocolHandler().closeServerSocketGraceful();
        long end = System.nanoTime() + LONGEST_REQUEST_NANOS;
        while (isBusy(context) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        tomcat.stop();
        tomcat.destroy();
    }

    private static boolean isBusy(Context context) {
        if (((StandardContext) context).getInProgressAsyncCount() > 0) {
            return true;
        }
        for (Container servlet : context.findChildren()) {
            if (((StandardWrapper) servlet).getCountAllocated() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The program: its one argument is the directory of the unpacked war. */
    public static void main(String[] arguments) throws IOException, LifecycleException {
        WarServer server =
                new WarServer(Path.of(arguments[0]), Files.createTempDirectory("tomcat"), port(System.getenv("PORT")));
        if (!server.start()) {
            System.err.println("the application did not start; the log above says why");
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.stop();
            } catch (LifecycleException e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
            Runtime.getRuntime().halt(0);
        }));
        System.out.println("serving " + arguments[0] + " on port " + server.port());
        server.tomcat.getServer().await();
    }

    private static int port(@Nullable String given) {
        if (given == null || given.isBlank()) {
            return USUAL_PORT;
        }
        String port = given.strip();
        if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > HIGHEST_PORT) {
            throw new IllegalArgumentException("PORT must be a number from 1 to 65535, not \"" + given + "\"");
        }
        return Integer.parseInt(port);
    }
}
