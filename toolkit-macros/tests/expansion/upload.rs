/// Keeps a picture.
#[post("/v0/api/pictures")]
async fn keep_picture(
    /// What it shows.
    #[multipart]
    #[validate(length(max = 80))]
    title: String,
    /// The picture.
    #[multipart("picture")]
    file: Upload,
) -> toolkit::Result {
    file.save(title).await
}
