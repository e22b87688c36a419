package dev.proa.control.scheduler.framework;

/** The extension points at which a profile can have other plugins than those that it has everywhere. */
public enum ExtensionPoint {
    PRE_ENQUEUE("preEnqueue", Plugin.PreEnqueue.class),
    QUEUE_SORT("queueSort", Plugin.QueueSort.class),
    PRE_FILTER("preFilter", Plugin.PreFilter.class),
    FILTER("filter", Plugin.Filter.class),
    POST_FILTER("postFilter", Plugin.PostFilter.class),
    PRE_SCORE("preScore", Plugin.PreScore.class),
    SCORE("score", Plugin.Score.class),
    RESERVE("reserve", Plugin.Reserve.class),
    PERMIT("permit", Plugin.Permit.class),
    PRE_BIND("preBind", Plugin.PreBind.class),
    BIND("bind", Plugin.Bind.class),
    POST_BIND("postBind", Plugin.PostBind.class);

    private final String field;
    private final Class<? extends Plugin> type;

    ExtensionPoint(String field, Class<? extends Plugin> type) {
        this.field = field;
        this.type = type;
    }

    /** Its field in {@code KubeSchedulerConfiguration}. */
    public String field() {
        return field;
    }

    /** What its plugins implement. */
    Class<? extends Plugin> type() {
        return type;
    }

    /** As messages of kube-scheduler name what its plugins implement: {@code PreFilterPlugin}. */
    public String typeName() {
        return type.getSimpleName() + "Plugin";
    }
}
