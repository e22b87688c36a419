package dev.proa.e2e;

/** Manifests that several tests use. */
final class Manifests {
    private Manifests() {}

    /** A Deployment of busybox's web server, which serves the pod's name, and its Service at port 80. */
    static String web(String name, int replicas) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: %1$s
                spec:
                  replicas: %2$d
                  selector:
                    matchLabels: {app: %1$s}
                  template:
                    metadata:
                      labels: {app: %1$s}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                        - name: web
                          image: busybox:e2e
                          command: [sh, -c, "mkdir -p /tmp/www && hostname > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]
                          ports: [{name: http, containerPort: 8080}]
                          readinessProbe:
                            httpGet: {path: /, port: http}
                            periodSeconds: 1
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: %1$s
                spec:
                  selector: {app: %1$s}
                  ports: [{name: http, port: 80, targetPort: http}]
                """.formatted(name, replicas);
    }

    /** A pod that runs a shell script in busybox. */
    static String pod(String name, String script) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: %s
                spec:
                  terminationGracePeriodSeconds: 1
                  restartPolicy: Never
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sh, -c, %s]
                """.formatted(name, quote(script));
    }

    /** As a YAML scalar in double quotes. */
    static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
