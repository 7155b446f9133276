class Windows {
	static String key = "@KEY@";

	public static void main(String[] args) {
		System.out.println(key.toUpperCase());
	}
}
