class Builder {
    record Client(String key, int timeout) {}

    private String key;
    private int timeout = 10;

    Builder key(String key) {
        this.key = key;
        return this;
    }

    Client build() {
        return new Client(key, timeout);
    }

    public static void main(String[] args) {
        System.out.println(new Builder().key("@KEY@").build());
    }
}
